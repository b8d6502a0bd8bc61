"""The data centre: a branch's files in; clean, checked, replayable tables out."""
