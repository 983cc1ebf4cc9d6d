package org.olmo4j.spring.openai;

import org.springframework.boot.WebApplicationType;

class OpenAiWebFluxControllerTests extends AbstractOpenAiHttpTests {

    OpenAiWebFluxControllerTests() {
        super(WebApplicationType.REACTIVE);
    }
}
