// simdjson's own header is C++; SimdjsonShim includes it. This module only carries the link flag and the package name.
