/* A client's mirror of a running rack: what the terminal UI draws, kept up to date over OSC. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_REMOTE_H
#define OSC_REMOTE_H

#include "osc/mirrored.h"
#include "osc/wire/report.h"
#include "rack/meters/analysers.h"

struct remote;

/* target: NULL: local socket of the rack called name; "HOST", "HOST:PORT": UDP. UNAVAILABLE when there is no such
 * socket or host. Answers arrive later. */
enum status remote_open(struct remote **, const char *target, const char *name, struct reason *);
void remote_close(struct remote *); /* gives up its leases */

int remote_fd(const struct remote *);

/* Reads what has come, renews leases, asks again for what got lost. Call when readable and at least every 100 ms. */
void remote_poll(struct remote *);

enum remote_state remote_state(const struct remote *);
const char *remote_title(const struct remote *);  /* of the rack file */
const char *remote_target(const struct remote *); /* for the header line */
uint32_t remote_n_slots(const struct remote *);
const struct remote_slot *remote_slot(const struct remote *, uint32_t index);
const struct remote_param *remote_rack_bypass(const struct remote *);
const struct remote_param *remote_rack_match(const struct remote *);
char remote_snapshot(const struct remote *); /* a b c d; 0: not known yet */

/* Values of a row at a tap, as many as it is wide; its silence while nothing is told. The list of all rows is that of
 * levels_next() with TAPS_ALL. NULL: the tap has no row of that role. */
const float *remote_level(const struct remote *, const struct level_place *);
const float *remote_level_role(const struct remote *, enum tap, enum role);

const struct report *remote_status(const struct remote *); /* of /info and /status */

/* The newest /error ("/rack/eq/band9/gain: unknown address"), and how many there have been. */
const char *remote_error(const struct remote *, uint32_t *count);

/* The same for what went well ("saved club", "loaded club"). */
const char *remote_notice(const struct remote *, uint32_t *count);

/* Rises whenever something to draw has changed. */
uint64_t remote_serial(const struct remote *);
uint64_t remote_values_serial(const struct remote *); /* meters do not count: they always change */

/* What meters are wanted, as patterns of addresses, NULL at the end; those of the call before are given up. The array
 * must stay. Without a call: none. */
void remote_listen(struct remote *, const char *const *patterns);

/* Changes show in the mirror at once and are sent; the rack's own answer corrects them. */
void remote_set(struct remote *, uint32_t slot, uint32_t param, float value);
void remote_set_bypass(struct remote *, bool on);
void remote_set_match(struct remote *, bool on);
void remote_insert(struct remote *, const char *type, uint32_t position);
void remote_remove(struct remote *, const char *id);
void remote_move(struct remote *, const char *id, uint32_t position);
void remote_replace(struct remote *, const char *id, const char *type);
void remote_preset_load(struct remote *, const char *name);
void remote_preset_save(struct remote *, const char *name);
void remote_preset_delete(struct remote *, const char *name);
void remote_release_latency(struct remote *); /* delay that no slot needs any more */
void remote_undo(struct remote *);
void remote_redo(struct remote *);
void remote_hear_snapshot(struct remote *, char snapshot); /* a b c d: leaves what is now in the one that was heard */
void remote_set_title(struct remote *, const char *title);
void remote_scene_store(struct remote *, const char *name);
void remote_scene_recall(struct remote *, const char *name, float seconds);
void remote_scene_delete(struct remote *, const char *name);
void remote_meter_reset(struct remote *);
void remote_quit(struct remote *); /* stops the rack (local socket only) */

bool remote_locks_known(const struct remote *); /* remote_param's locked has arrived */
void remote_set_lock(struct remote *, uint32_t slot, uint32_t param, bool locked);

/* Names for menus, asked for on first use; NULL-terminated arrays that are the remote's (empty until answered). */
const char *const *remote_presets(struct remote *);
const char *const *remote_scenes(struct remote *);
const char *const *remote_types(struct remote *);

/* Of the preset at this place in the list of their names. */
const struct remote_preset *remote_preset(const struct remote *, uint32_t index);

#endif
