/** Where the files of a model are: a folder or the class path. */
@NullMarked
package org.olmo4j.hub;

import org.jspecify.annotations.NullMarked;
