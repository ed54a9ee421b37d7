#!/bin/bash
# A machine that was installed, and boots its disk, is installed again by `pxed arm`. As install.sh it says:
# proves: debian installed (image mode)
AGAIN=yes exec "$(dirname "$0")/install.sh" "$@"
