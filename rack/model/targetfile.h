/* Files of loudness targets: those that are installed, and the user's own, which go before them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_TARGETFILE_H
#define RACK_TARGETFILE_H

#include "rack/model/target.h"

enum { TARGETS_MAX = 64, TARGETFILE_SIZE_MAX = 256 * 1024 };

struct targets {
	uint32_t n;
	struct target list[TARGETS_MAX];
};

/* Called for each error, e.g. "targets.conf:12: the value is missing". */
typedef void targetfile_refused(void *user, const char *text);

/* Lines as in a rack file, a section a target: [NAME], or [PROFILE NAME] for a line of a table, whose target is called
 * PROFILE-NAME. Each needs label, source and date, and something that it asks for. Adds them to those there are; one of
 * the same name is replaced. On failure nothing is added and the reason is the first error; refused (may be NULL) is
 * told of all. name is what errors call the file. BAD_VALUE, FULL, NO_MEMORY. Control thread. */
enum status targetfile_parse(const char *name, const char *text, size_t size, struct targets *, targetfile_refused *,
	void *user, struct reason *);

/* The installed targets, then $XDG_CONFIG_HOME/lacquer/targets.conf if it is there. The reason names the file. */
enum status targets_load(struct targets *, struct reason *);

/* "NAME,NAME...", each a target's name or a profile's, which stands for all its targets. chosen has room for
 * TARGETS_MAX. UNKNOWN: the reason names a near one, or where the list is. */
enum status targets_choose(
	const struct targets *, const char *names, const struct target **chosen, uint32_t *n_chosen, struct reason *);

#endif
