package org.olmo4j.spring.autoconfigure;

import org.olmo4j.backend.Backends;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.spring.actuate.OlmoEndpoint;
import org.olmo4j.spring.actuate.OlmoFootprintEndpoint;
import org.olmo4j.spring.actuate.OlmoInfoContributor;
import org.olmo4j.spring.footprint.FootprintTotals;
import org.olmo4j.spring.host.HostedModel;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The actuator's endpoints {@code olmo} and {@code olmofootprint}, where the actuator is on the class path and they are exposed, and what it says under info. */
@AutoConfiguration(after = OlmoAutoConfiguration.class)
@ConditionalOnClass(
        name = "org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint")
@ConditionalOnBean(HostedModel.class)
public final class OlmoEndpointAutoConfiguration {

    OlmoEndpointAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnAvailableEndpoint(OlmoEndpoint.class)
    static class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OlmoEndpoint olmoEndpoint(ObjectProvider<HostedModel> models, ObjectProvider<Backends> backends) {
            return new OlmoEndpoint(models.orderedStream().toList(), backends.getIfUnique(Backends::discover));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnEnabledInfoContributor("olmo")
    static class InfoConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OlmoInfoContributor olmoInfoContributor(ObjectProvider<HostedModel> models) {
            return new OlmoInfoContributor(models.orderedStream().toList());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnAvailableEndpoint(OlmoFootprintEndpoint.class)
    @ConditionalOnBean({FootprintTotals.class, FootprintAccounting.class})
    static class FootprintEndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OlmoFootprintEndpoint olmoFootprintEndpoint(FootprintTotals totals, FootprintAccounting accounting) {
            return new OlmoFootprintEndpoint(totals, accounting);
        }
    }
}
