"""后台任务: long work one has asked for: how far, what came of it, how long it took; stopped or taken back."""
