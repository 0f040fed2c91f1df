"""The E-ARK specifications (CSIP, SIP, AIP, DIP): their terms, and the judge of a package."""
