/** What a checkpoint's config.json says about the model: one immutable description of every axis on which OLMo families differ. */
@NullMarked
package org.olmo4j.spec;

import org.jspecify.annotations.NullMarked;
