package infra_test

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kantoorpost/shared/config"
	"kantoorpost/shared/must"
)

func load(t *testing.T, file string, into any) {
	t.Helper()
	text := must.Get(os.ReadFile(file))(t)
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// The templates make everything that the code uses: the app may not create it.
func TestStorageHasAllThatTheCodeUses(t *testing.T) {
	_, want := parts(t)
	for _, q := range want.Queues {
		if !slices.Contains(want.PoisonQueues, q+"-poison") {
			t.Errorf("queue %s has no poison queue", q)
		}
	}
	for _, name := range environments {
		s := read(t, name)
		for typ, names := range map[string][]string{
			"queueServices/queues":    append(slices.Clone(want.Queues), want.PoisonQueues...),
			"tableServices/tables":    want.Tables,
			"blobServices/containers": want.Containers,
		} {
			var got []string
			for _, r := range s.of("Microsoft.Storage/storageAccounts/" + typ) {
				got = append(got, r.last())
			}
			slices.Sort(got)
			slices.Sort(names)
			if len(names) == 0 || !slices.Equal(got, names) {
				t.Errorf("%s: %s are %q; the code uses %q", name, typ, got, names)
			}
		}
	}
}

// settings returns the settings of an app.
func settings(t *testing.T, app resource) map[string]string {
	t.Helper()
	all := map[string]string{}
	list, _ := app.at("siteConfig.appSettings").([]any)
	for _, e := range list {
		m := e.(map[string]any)
		name, value := m["name"].(string), m["value"].(string)
		if _, twice := all[name]; twice {
			t.Errorf("setting %s stands there twice", name)
		}
		all[name] = value
	}
	return all
}

// The template sets exactly the settings that config.Settings names. Above all it
// sets nothing that the platform sets itself.
func TestSettingsAreThoseOfTheTable(t *testing.T) {
	for _, name := range environments {
		set := settings(t, read(t, name).one(t, "Microsoft.Web/sites"))
		known := map[string]bool{}
		for _, s := range config.Settings() {
			known[s.Name] = true
			_, there := set[s.Name]
			if want := s.From == config.Template || s.From == config.HostOnly; there != want {
				t.Errorf("%s: setting %s comes from %q; set by the template: %v", name, s.Name, s.From, there)
			}
		}
		if limit := set["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"]; limit != strconv.Itoa(config.RequestBytes) {
			t.Errorf("%s: requests of %s bytes, want %d", name, limit, config.RequestBytes)
		}
		for s := range set {
			if !known[s] {
				t.Errorf("%s: setting %s is not in shared/config", name, s)
			}
		}
	}
}

// App Service Authentication lets anonymous requests through only to what the code
// declares public, and accepts programs as well as people.
func TestAuthentication(t *testing.T) {
	var public []any
	load(t, "public.json", &public)
	for _, name := range environments {
		s := read(t, name)
		auth := s.one(t, "Microsoft.Web/sites/config")
		for path, want := range map[string]any{
			"platform.enabled":                             true,
			"globalValidation.requireAuthentication":       true,
			"globalValidation.unauthenticatedClientAction": "RedirectToLoginPage",
			"httpSettings.requireHttps":                    true,
			"login.tokenStore.enabled":                     false,
		} {
			if got := auth.at(path); got != want {
				t.Errorf("%s: %s is %v, want %v", name, path, got, want)
			}
		}
		if got, _ := auth.at("globalValidation.excludedPaths").([]any); len(public) == 0 || !slices.Equal(got, public) {
			t.Errorf("%s: open without a sign-in: %v, want %v", name, got, public)
		}
		entra := "identityProviders.azureActiveDirectory."
		if got, _ := auth.at(entra + "validation.allowedAudiences").([]any); !slices.Equal(got,
			[]any{"client-id.invalid", "api://client-id.invalid"}) {
			t.Errorf("%s: audiences %v", name, got)
		}
		if got := auth.at(entra + "validation.defaultAuthorizationPolicy.allowedApplications"); got != nil && len(got.([]any)) > 0 {
			t.Errorf("%s: other programs than %v are shut out", name, got)
		}
		if got, _ := auth.at(entra + "registration.openIdIssuer").(string); !strings.Contains(got, "tenant.invalid/v2.0") {
			t.Errorf("%s: issuer %v", name, got)
		}
		// This setting is no secret: it names the client id of an identity.
		set := settings(t, s.one(t, "Microsoft.Web/sites"))
		setting, _ := auth.at(entra + "registration.clientSecretSettingName").(string)
		if setting != "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID" || !strings.Contains(set[setting], "-signin'") {
			t.Errorf("%s: sign-in by %s = %s", name, setting, set[setting])
		}
	}
}

// The owners hear of a month that costs more than was meant, before it is over.
func TestBudget(t *testing.T) {
	for _, name := range environments {
		b := read(t, name).one(t, "Microsoft.Consumption/budgets")
		amount, _ := b.at("amount").(float64)
		start, _ := b.at("timePeriod.startDate").(string)
		if amount <= 0 || b.at("timeGrain") != "Monthly" || !strings.HasSuffix(start, "-01T00:00:00Z") ||
			b.at("notifications.expected.thresholdType") != "Forecasted" {
			t.Errorf("%s: a budget of %v from %q", name, amount, start)
		}
	}
}
