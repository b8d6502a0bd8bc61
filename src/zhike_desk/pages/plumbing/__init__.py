"""底层: the framework's own tables, for administrators to look at (`records/plumbing`)."""
