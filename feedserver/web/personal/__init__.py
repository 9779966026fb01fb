"""Pages for those with whom something is shared: logging in, what they hold, their own account.

One page a module. A session opens these pages alone: a secured share's own page and feed ask for the password as
calendar apps can give it (threat B19).
"""
