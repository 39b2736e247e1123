package config_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/config"
	"kantoorpost/shared/must"
)

var update = flag.Bool("update", false, "write local.settings.json.example from the struct Config")

// Each setting has a source, and the example has everything that a machine
// without Azure needs.
func TestSettings(t *testing.T) {
	sources := []config.Source{config.Template, config.HostOnly, config.Platform, config.Machine}
	seen := map[string]bool{}
	for _, s := range config.Settings() {
		if s.Name == "" || seen[s.Name] || !slices.Contains(sources, s.From) {
			t.Errorf("%q from %q: a field of Config needs its tags env and from, once", s.Name, s.From)
		}
		seen[s.Name] = true
		ofPlatform := strings.HasPrefix(s.Name, "WEBSITE_") || strings.HasPrefix(s.Name, "FUNCTIONS_") || strings.HasPrefix(s.Name, "IDENTITY_")
		if ofPlatform != (s.From == config.Platform) && s.Name != "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT" { // which is for the app to set
			t.Errorf("%s is from %q", s.Name, s.From)
		}
	}
	const file = "../../local.settings.json.example"
	if *update {
		must.Do(t, os.WriteFile(file, example(), 0o644))
	}
	if text, err := os.ReadFile(file); err != nil || !bytes.Equal(text, example()) {
		t.Errorf("%s is not what Config says (%v); write it with: go test ./shared/config -update", file, err)
	}
}

// One error names all wrong settings.
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
	t.Setenv("AzureWebJobsStorage__blobServiceUri", "https://x.blob.core.windows.net")
	t.Setenv("KEY_VAULT_URL", "https://x.vault.azure.net")
	t.Setenv("WEBSITE_AUTH_ENABLED", "True")
	t.Setenv("AUTH_TENANT_ID", "11111111-2222-3333-4444-555555555555")
	t.Setenv("WEBSITE_SITE_NAME", "kantoorpost")
	c, err := config.Load()
	if err != nil || !c.AuthEnabled {
		t.Errorf("%+v: %v", c, err)
	}
}

// example returns the text of local.settings.json.example.
func example() []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"IsEncrypted\": false,\n  \"Values\": {")
	separator := "\n"
	for _, s := range config.Settings() {
		if s.Local == "" {
			continue
		}
		value, _ := json.Marshal(s.Local) // a string always encodes
		b.WriteString(separator + `    "` + s.Name + `": ` + string(value))
		separator = ",\n"
	}
	b.WriteString("\n  }\n}\n")
	return b.Bytes()
}
