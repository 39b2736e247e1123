package config_test

import (
	"strings"
	"testing"

	"kantoorpost/shared/config"
)

// All that is wrong is said at once, by the name of the setting.
func TestMistakesAreSaidAtOnce(t *testing.T) {
	t.Setenv("KEY_VAULT_URL", "http://vault.example")
	t.Setenv("WEBSITE_AUTH_ENABLED", "true")
	t.Setenv("WEBSITE_SITE_NAME", "kantoorpost")
	t.Setenv("SIMULATOR_URL", "https://localhost:7443")
	_, err := config.Load()
	if err == nil {
		t.Fatal("all is well, it says")
	}
	for _, name := range []string{"AzureWebJobsStorage__tableServiceUri", "KEY_VAULT_URL", "AUTH_TENANT_ID", "SIMULATOR_URL must not"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q is not in: %v", name, err)
		}
	}
}

func TestAzure(t *testing.T) {
	t.Setenv("AzureWebJobsStorage__tableServiceUri", "https://x.table.core.windows.net")
	t.Setenv("AzureWebJobsStorage__queueServiceUri", "https://x.queue.core.windows.net")
	t.Setenv("KEY_VAULT_URL", "https://x.vault.azure.net")
	t.Setenv("WEBSITE_AUTH_ENABLED", "True")
	t.Setenv("AUTH_TENANT_ID", "11111111-2222-3333-4444-555555555555")
	t.Setenv("WEBSITE_SITE_NAME", "kantoorpost")
	c, err := config.Load()
	if err != nil || !c.AuthEnabled {
		t.Errorf("%+v: %v", c, err)
	}
}
