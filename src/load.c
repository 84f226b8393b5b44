/* The rack that a start begins with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/load.h"

#include "rack/base/draft.h"
#include "rack/base/file.h"
#include "rack/model/preset.h"
#include "src/options.h"

#include <limits.h>

#define FIRST_RACK "streaming"

static bool open_preset(const struct load *load, const char *name)
{
	char path[PATH_MAX];
	struct reason reason;
	if (preset_resolve(name, path, sizeof path, &reason) != STATUS_OK) {
		options_error(name, "%s", reason.text);
		return false;
	}
	if (control_open_file(load->control, path, &reason) == STATUS_OK)
		return true;
	options_file_error(path, &reason);
	return false;
}

bool load_rack(const struct load *load)
{
	char path[PATH_MAX];
	if (file_place(FILE_CONFIG, "racks/", path, sizeof path, NULL) == STATUS_OK)
		draft_sweep(path); /* presets that a killed rack was saving */
	if (load->resumed && state_restore(load->state))
		return true;
	if (load->rack && !load->no_restore)
		state_restore_scenes(load->state);
	if (load->rack)
		return open_preset(load, load->rack);
	if (load->no_restore || state_restore(load->state))
		return true;
	if (preset_find(FIRST_RACK, path, sizeof path, NULL) == STATUS_OK)
		open_preset(load, path);
	return true;
}
