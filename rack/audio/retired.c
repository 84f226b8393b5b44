/* Chains and kernels that came back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/retired.h"

#include "rack/audio/chain.h"
#include "rack/audio/kernel.h"

void retired_free(const struct retired *retired)
{
	switch (retired->type) {
	case RETIRED_CHAIN:
		chain_free(retired->chain);
		break;
	case RETIRED_KERNEL:
		kernel_free(retired->kernel);
		break;
	}
}
