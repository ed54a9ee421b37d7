#pragma once

#define HTTP_VERSION "0.1"
