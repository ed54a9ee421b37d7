#!/bin/bash
# A machine that was installed, and boots its disk, is installed again by `pxed arm`.
AGAIN=yes exec "$(dirname "$0")/install.sh" "$@"
