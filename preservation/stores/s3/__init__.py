"""Stores in buckets of S3 servers: Ceph RGW, Amazon, MinIO, Garage and others."""

from preservation.stores.s3.abilities import Abilities, abilities
from preservation.stores.s3.credentials import credentials
from preservation.stores.s3.location import Location, location
from preservation.stores.s3.store import Limits, S3Store

__all__ = ["Abilities", "Limits", "Location", "S3Store", "abilities", "credentials", "location"]
