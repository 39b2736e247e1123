package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// The hooks of infra/azure.yaml call existing commands, and pass all they need.
func TestHooksOfAzd(t *testing.T) {
	text := must.Get(os.ReadFile("../../infra/azure.yaml"))(t)
	for name, value := range map[string]string{"APP_NAME": "func-kp", "APP_HOST": "kp.example", "SIGN_IN_PRINCIPAL_ID": "sign-in",
		"STORAGE_ACCOUNT": "stkp"} {
		t.Setenv(name, value)
	}
	values := strings.NewReplacer(`"`, "",
		"$AZURE_RESOURCE_GROUP", "kp", "$AZURE_LOCATION", "westeurope", "$AZURE_TENANT_ID", "11111111-2222-3333-4444-555555555555")
	var said []string
	for line := range strings.Lines(string(text)) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "run: go tool dev ")
		if !ok {
			continue
		}
		args := append(strings.Fields(values.Replace(strings.ReplaceAll(command, "$env:", "$"))), "-dry-run")
		var out, errs bytes.Buffer
		if code := dispatch(t.Context(), args, &out, &errs); code != 0 {
			t.Errorf("%q: %d %s", args, code, errs.String())
		}
		said = append(said, out.String())
	}
	if len(said) != 4 {
		t.Fatalf("%d hooks", len(said))
	}
	for i, wants := range [][]string{{"azd env set KANTOORPOST_CLIENT_ID '<client id>'", "azd env set AZURE_LOCATION westeurope"}, {},
		{"config-zip", "--name func-kp", "https://kp.example/api/health/ready"}, {}} {
		for _, want := range wants {
			if !strings.Contains(said[i], want) {
				t.Errorf("%q is not in: %s", want, said[i])
			}
		}
		if strings.Contains(said[i], "az deployment") {
			t.Error("a hook deploys the templates, which azd does: ", said[i])
		}
	}
	if said[0] != said[1] || said[2][:200] != said[3][:200] {
		t.Error("the hooks of Windows are others")
	}
}
