"""Models of value as experts make them: a draft's tree, what judgements give. Pure: documents and numbers in, numbers out."""
