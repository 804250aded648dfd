/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Who has to act, in plain words: of a row in a list, where only the state and the role whose turn it is are known. */
#ifndef LAW_TURN_H
#define LAW_TURN_H

#include "law/dossier.h"

/* 承办人, 当事人, 公安, ...; "" when nobody has to. `turn` is a role code as matter.turn has it. */
const char *turn_zh(enum state state, const char *turn);
/* 等待公安答复, 等待当事人履行; the state's own name when nobody has to act. A constant. */
const char *turn_text(enum state state, const char *turn);

#endif
