/* Where the program's own data files are: beside it, where it was installed, or in the tree that it was built in. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_SHARE_H
#define RACK_SHARE_H

#include <stdbool.h>
#include <stddef.h>

/* In the order of search: share/lacquer beside the program's folder, wherever the two were moved to; then the share
 * folder that was configured or, beside a program that is not installed, examples/. */
enum { SHARE_PLACES = 2 };

/* The path of a file or folder of share/lacquer at that place, which need not exist. "racks" stands for the folder of
 * rack files: in a tree they lie in examples/ itself. False: no such place, or the path is too long. */
bool share_path(int place, const char *name, char *path, size_t size);

#endif
