/* The rack that a start begins with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/load.h"

#include "rack/base/draft.h"
#include "rack/base/file.h"
#include "rack/model/preset.h"
#include "src/options.h"

#include <limits.h>
#include <stdio.h>

/* What plays until a rack is loaded: nothing is changed but what would go over the ceiling. */
static const char neutral[] =
	"# Neutral: what a start without a rack plays. The limiter catches what would go over -1 dBTP, and\n"
	"# nothing else is changed.\n\n"
	"[rack]\nformat = 1\ntitle = Neutral\n\n"
	"[trim]\n\n[eq]\n\n[limiter]\ngain = 0 dB\nceiling = -1 dBTP\n";

enum { GLIDE_MS = 500 };

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

static int open_neutral(const struct load *load)
{
	struct reason reason;
	if (control_open_text(load->control, "neutral", neutral, sizeof neutral - 1, &reason) != STATUS_OK) {
		options_file_error("neutral", &reason);
		return EXIT_FAILED;
	}
	options_error("rack", "neutral (trim, flat eq, limiter at -1 dBTP without gain) until another one is loaded");
	return EXIT_DONE;
}

/* What is easily taken for the sound of the rack. */
static void tell_left(const struct control *control)
{
	const struct rack *rack = control_rack(control);
	char left[160] = "";
	size_t used = 0;
	static const char *const words[N_RACK_PARAMS] = {
		[RACK_BYPASS] = "bypassed", [RACK_MATCH] = "loudness matched"
	};
	for (int i = 0; i < N_RACK_PARAMS; i++)
		if (rack->values[i] != 0)
			used += (size_t)snprintf(left + used, sizeof left - used, ", %s", words[i]);
	for (uint32_t i = 0; i < rack->n_slots && used < sizeof left; i++)
		if (rack->slots[i].values[rack->slots[i].module->n_params + HOST_SOLO] != 0)
			used += (size_t)snprintf(left + used, sizeof left - used, ", %s soloed", rack->slots[i].id);
	if (control_snapshot(control) != 0 && used < sizeof left)
		snprintf(left + used, sizeof left - used, ", on snapshot %c", 'A' + (char)control_snapshot(control));
	if (left[0])
		options_error("rack", "comes back as it was left: %s", left + 2);
}

int load_rack(const struct load *load)
{
	char path[PATH_MAX];
	enum status saved = STATUS_UNKNOWN;
	if (file_place(FILE_CONFIG, "racks/", path, sizeof path, NULL) == STATUS_OK)
		draft_sweep(path); /* presets that a killed rack was saving */
	if (load->resumed || (!load->rack && !load->no_restore))
		saved = state_restore(load->state);
	if (saved == STATUS_OK) {
		tell_left(load->control);
		return EXIT_DONE;
	}
	if (saved != STATUS_NO_MEMORY && load->rack && !load->no_restore)
		saved = state_restore_scenes(load->state);
	if (saved == STATUS_NO_MEMORY)
		return EXIT_FAILED;
	if (load->rack)
		return open_preset(load, load->rack);
	return open_neutral(load);
}

void load_again(const struct load *load)
{
	char path[PATH_MAX] = "";
	struct reason reason;
	if (!load->rack) {
		options_error("SIGHUP", "no rack file was named at the start, so none is read again");
		return;
	}
	enum status status = preset_resolve(load->rack, path, sizeof path, &reason);
	if (status == STATUS_OK)
		status = control_reopen_file(load->control, path, GLIDE_MS, &reason);
	if (status != STATUS_OK)
		options_file_error(path[0] ? path : load->rack, &reason);
	options_error(load->rack, status == STATUS_OK ? "read again" : "not read again; the rack plays on as it is");
}
