#pragma once

#define SMB_VERSION "0.1"
