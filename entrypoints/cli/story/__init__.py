"""The story that `kithkin demo` plays over all contexts, a chapter for each."""
