"""The readers: delivered files in, rows of text cells out, every line accounted for."""
