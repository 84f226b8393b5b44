/* True peak by oversampling (ITU-R BS.1770-4 Annex 2, with a longer filter), for meters and the limiter's detector. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_TRUE_PEAK_H
#define RACK_DSP_TRUE_PEAK_H

/* Owned by whoever writes true_peak.c: see there for the choice of filter. */

#endif
