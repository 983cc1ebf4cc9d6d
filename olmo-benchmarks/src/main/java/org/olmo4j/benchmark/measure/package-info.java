/** What every measurement needs: repeated values, memory, tables and JSON. */
@NullMarked
package org.olmo4j.benchmark.measure;

import org.jspecify.annotations.NullMarked;
