/* A sound file as the source of the offline loop: its channels apart, its invalid samples counted, at the rate that is
 * wanted. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_FILESOURCE_H
#define SRC_FILESOURCE_H

#include "src/audiofile.h"
#include "src/offline.h"

struct filesource;

/* rate 0: the file's own; else it is converted. *info is that of the source: a mono file has one channel, and feeds
 * both of the loop. NULL: a reason that does not name the file. */
struct filesource *filesource_open(
	const char *path, enum audiofile_take, uint32_t rate, struct audiofile_info *info, struct reason *);

struct offline_source filesource_source(struct filesource *);

/* NaN, infinity and what is beyond 1e6, so far. The loop gets them as they are; where the rate is converted, as
 * silence. */
uint64_t filesource_invalid(const struct filesource *);

/* The file's own tags, counted at the source's rate (audiofile_tags), and what PARTIAL passed over (audiofile_damage).
 */
struct tags *filesource_tags(struct filesource *);
const char *filesource_damage(const struct filesource *);

/* NULL is allowed. */
void filesource_close(struct filesource *);

#endif
