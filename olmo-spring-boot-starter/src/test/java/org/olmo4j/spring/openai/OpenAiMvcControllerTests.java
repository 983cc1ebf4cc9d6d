package org.olmo4j.spring.openai;

import org.springframework.boot.WebApplicationType;

class OpenAiMvcControllerTests extends AbstractOpenAiHttpTests {

    OpenAiMvcControllerTests() {
        super(WebApplicationType.SERVLET);
    }
}
