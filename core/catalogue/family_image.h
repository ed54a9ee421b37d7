/* What a family says about an image: its facts, and what it may be missing. */
#pragma once

#include "build_state.h"

/* Records the facts of every image whose system is of a family, warns of what images are missing, and keeps the hosts
 * from being installed that do not bring it. Looks into images: part of a build of CATALOGUE_ALL. */
void family_images(struct build *b);
