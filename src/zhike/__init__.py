"""Zhike: know your client. Client-relationship and client-analytics system for securities brokerages."""

__version__ = "0.1.0"
