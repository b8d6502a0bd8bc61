"""The worker: what takes long is done here, outside of any request."""
