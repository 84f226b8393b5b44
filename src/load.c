/* The rack that a start begins with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/load.h"

#include "rack/base/draft.h"
#include "rack/base/file.h"
#include "rack/model/preset.h"
#include "src/options.h"

#include <limits.h>

#define FIRST_RACK "streaming"

static int open_preset(const struct load *load, const char *name)
{
	char path[PATH_MAX];
	struct reason reason;
	if (preset_resolve(name, path, sizeof path, &reason) != STATUS_OK) {
		options_error(name, "%s", reason.text);
		return EXIT_BAD_RACK;
	}
	enum status status = control_open_file(load->control, path, &reason);
	if (status == STATUS_OK)
		return EXIT_DONE;
	options_file_error(path, &reason);
	return status == STATUS_NO_MEMORY ? EXIT_FAILED : EXIT_BAD_RACK;
}

int load_rack(const struct load *load)
{
	char path[PATH_MAX];
	enum status saved = STATUS_UNKNOWN;
	if (file_place(FILE_CONFIG, "racks/", path, sizeof path, NULL) == STATUS_OK)
		draft_sweep(path); /* presets that a killed rack was saving */
	if (load->resumed || (!load->rack && !load->no_restore))
		saved = state_restore(load->state);
	if (saved == STATUS_OK)
		return EXIT_DONE;
	if (saved != STATUS_NO_MEMORY && load->rack && !load->no_restore)
		saved = state_restore_scenes(load->state);
	if (saved == STATUS_NO_MEMORY)
		return EXIT_FAILED;
	if (load->rack)
		return open_preset(load, load->rack);
	if (!load->no_restore && preset_find(FIRST_RACK, path, sizeof path, NULL) == STATUS_OK)
		open_preset(load, path);
	return EXIT_DONE;
}
