/* Values that wait in the audio thread for their frame: where something overtook one, the model takes it when it has
 * come. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/control_private.h"

#include <string.h>

void control_expect(struct control *c, uint64_t frame, uint32_t uid, uint32_t param, float value)
{
	if (frame == 0 || c->n_later == LATER_MAX)
		return;
	uint32_t at = c->n_later++;
	for (; at > 0 && c->later[at - 1].frame > frame; at--)
		c->later[at] = c->later[at - 1];
	c->later[at] = (struct later){ .frame = frame, .uid = uid, .param = param, .value = value };
}

/* Told to the audio thread again, which ends any race between this one and what overtook it. */
static void take(struct control *c, const struct later *come)
{
	uint32_t slot = 0;
	while (come->uid && slot < c->rack.n_slots && c->rack.slots[slot].uid != come->uid)
		slot++;
	if (come->uid && slot == c->rack.n_slots)
		return; /* the slot has gone */
	slot = come->uid ? slot : RACK_ITSELF;
	/* What solo and bypass came to when it was sent, and may not any more. */
	if (come->uid && come->param == c->rack.slots[slot].module->n_params + HOST_BYPASS) {
		control_row_changed(c, slot, come->param);
		control_changed(c);
		return;
	}
	if (control_value(c, slot, come->param) == come->value)
		return;
	if (slot == RACK_ITSELF) {
		c->rack.values[come->param] = come->value;
		c->rack_dirty[come->param] = true;
	} else {
		c->rack.slots[slot].values[come->param] = come->value;
		control_row_changed(c, slot, come->param);
	}
	control_changed(c);
	control_tell_value(c, slot, come->param, come->value, ORIGIN_HOST);
}

static bool has_another(const struct control *c, uint32_t from, const struct later *than)
{
	for (uint32_t i = from; i < c->n_later; i++)
		if (c->later[i].uid == than->uid && c->later[i].param == than->param)
			return true;
	return false;
}

void control_take_later(struct control *c)
{
	if (c->n_later == 0 || !c->engine || c->depth > 0)
		return;
	uint64_t frame = engine_read_telemetry(c->engine)->frame;
	while (c->n_later && c->later[0].frame < frame) {
		struct later come = c->later[0];
		memmove(c->later, c->later + 1, --c->n_later * sizeof c->later[0]);
		if (!has_another(c, 0, &come)) /* which the model may hold already, and which will end it */
			take(c, &come);
	}
}
