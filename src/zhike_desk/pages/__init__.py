"""The pages: views translate between HTTP and records, and hold neither tables nor logic."""
