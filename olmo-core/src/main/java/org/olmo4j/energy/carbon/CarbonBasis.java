package org.olmo4j.energy.carbon;

/** Whose electricity is counted (GHG Protocol, Scope 2). The two are never added up, and one does not stand in for the other. */
public enum CarbonBasis {

    /** What the grid delivers at the place. The only basis of an SCI score (Software Carbon Intensity, ISO/IEC 21031). */
    LOCATION_BASED,

    /** What was bought: contracts and certificates of origin. It may be 0 where the grid's electricity is not. */
    MARKET_BASED
}
