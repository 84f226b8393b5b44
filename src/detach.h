/* Where a rack without a terminal says what it has to say. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_DETACH_H
#define SRC_DETACH_H

/* From now on stdout and stderr go to NAME.log in the state folder (nowhere, if that cannot be written), and stdin
 * reads nothing. */
void detach_output(const char *name);

#endif
