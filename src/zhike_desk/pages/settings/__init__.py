"""设置: the branch's settings, its users and deputies, one's own tokens and account."""
