// All of it is inline; a target has to have a source.
#include "intrinsics.h"
