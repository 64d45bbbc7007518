"""YAML as authors write it: every scalar is text and has its place; keys are taken one by one."""
