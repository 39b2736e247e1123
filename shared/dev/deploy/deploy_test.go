package deploy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

// options returns the options of a person who confirms everything.
func (w *world) options(t *testing.T, version string) (Options, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	return Options{
		Root: "../../..", Environment: "prod", Group: "kp", Location: "westeurope", Tenant: tenant,
		CLI:     CLI{Program: filepath.Join(filepath.Dir(w.file), "az"), Azd: filepath.Join(filepath.Dir(w.file), "azd"), Say: &out},
		HTTP:    &http.Client{Transport: w},
		Out:     &out,
		Confirm: func(string) (bool, error) { return true, nil },
		Pack: func(context.Context) (string, string, error) {
			file := filepath.Join(t.TempDir(), "kantoorpost.zip")
			return file, version, os.WriteFile(file, []byte(version), 0o600)
		},
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}, &out
}

func (w *world) deploy(t *testing.T, version string) error {
	t.Helper()
	o, _ := w.options(t, version)
	return Deploy(t.Context(), o)
}

// isDeployed checks that one version is completely deployed.
func (w *world) isDeployed(t *testing.T, version string) {
	t.Helper()
	c := w.cloud()
	if !c.Group || len(c.Apps) != 1 || c.Trusted != "sign-in" || c.Running != version {
		t.Errorf("%+v", c)
	}
	if want := []string{"westeurope", tenant, "me", "User", client, "beheer@kantoor.nl",
		strings.TrimSuffix(c.Budget, "T00:00:00Z")}; !slices.Equal(c.Deployed, want) {
		t.Errorf("deployed with %q, want %q", c.Deployed, want)
	}
	for _, p := range providers {
		if c.Provider[p] != "Registered" {
			t.Errorf("provider %s is %q", p, c.Provider[p])
		}
	}
	versions := map[string]int{}
	for name, text := range c.Blobs {
		if versions[text]++; versionOf(name) != text {
			t.Errorf("%s holds %s", name, text)
		}
	}
	if versions[version] != 1 {
		t.Errorf("kept are %v", c.Blobs)
	}
}

// An empty subscription gets a product that works. Each step finds what it needs.
func TestDeploy(t *testing.T) {
	w := newWorld(t)
	must.Do(t, w.deploy(t, "aaa"))
	w.isDeployed(t, "aaa")
	commands := w.commands()
	last := -1
	for _, command := range []string{
		"account show", "provider register", "group create", "deployment group what-if", "deployment group create",
		"storage blob upload", "functionapp deployment source config-zip", "account get-access-token",
	} {
		i := slices.Index(commands, command)
		if i < 0 || i <= last {
			t.Errorf("%s comes as number %d, after %d", command, i, last)
		}
		last = i
	}
	if !slices.Contains(w.asked, "/api/me") || !slices.Contains(w.asked, "/api/health/ready") {
		t.Errorf("the product was asked %q", w.asked)
	}
}

// A second deployment makes nothing that exists, and puts a new version beside the
// old one.
func TestDeployAgain(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		must.Do(t, w.deploy(t, "aaa"))
		w.isDeployed(t, "aaa")
	}
	for _, once := range []string{"group create", "storage blob upload"} {
		if n := count(w.commands(), once); n != 1 {
			t.Errorf("%s ran %d times", once, n)
		}
	}
	if n := count(w.commands(), "provider register"); n != len(providers) {
		t.Errorf("%d providers were registered", n)
	}
	const began = "2025-03-01T00:00:00Z"
	w.change(func(c *cloud) { c.Budget = began })
	must.Do(t, w.deploy(t, "bbb"))
	if got := w.cloud().Budget; got != began {
		t.Errorf("the budget began on %s, and begins on %s now", began, got)
	}
	w.isDeployed(t, "bbb")
	if len(w.cloud().Blobs) != 2 {
		t.Errorf("kept are %v", w.cloud().Blobs)
	}
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

// If any command fails, the error names it, and the repeated deployment succeeds.
func TestBrokenOffAnywhere(t *testing.T) {
	whole := newWorld(t)
	must.Do(t, whole.deploy(t, "aaa"))
	commands := whole.commands()
	for n := 1; n <= len(commands); n++ {
		t.Run(fmt.Sprintf("%02d %s", n, commands[n-1]), func(t *testing.T) {
			w := newWorld(t)
			w.change(func(c *cloud) { c.FailAt = n })
			err := w.deploy(t, "aaa")
			if err != nil && !strings.Contains(err.Error(), "az "+commands[n-1]) {
				t.Errorf("the error does not name the command: %v", err)
			}
			if err == nil && w.cloud().FailAt != 0 { // a failure that is waited for or only reported
				t.Error("nothing failed")
			}
			must.Do(t, w.deploy(t, "aaa"))
			w.isDeployed(t, "aaa")
		})
	}
}

// Roles take minutes to take effect: the deployment waits, and says for what.
func TestRolesTakeTime(t *testing.T) {
	w := newWorld(t)
	w.change(func(c *cloud) { c.Refusals = 20 })
	w.unsure = 100
	o, out := w.options(t, "aaa")
	must.Do(t, Deploy(t.Context(), o))
	w.isDeployed(t, "aaa")
	for _, said := range []string{"waiting until your role on the container releases acts (0s): ERROR: You do not have",
		"waiting until the roles of the app act (24m45s)"} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("%q is not said", said)
		}
	}
	w.change(func(c *cloud) { c.Refusals = 100000 })
	if err := w.deploy(t, "bbb"); err == nil || !strings.Contains(err.Error(), "can be repeated") {
		t.Errorf("what never acts: %v", err)
	}
}

// From outside a private network, the deployment does not wait for the storage.
func TestOutsideThePrivateNetwork(t *testing.T) {
	w := newWorld(t)
	w.change(func(c *cloud) { c.Private = true })
	o, _ := w.options(t, "aaa")
	o.Environment = "private"
	err := Deploy(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "inside the private network") || count(w.commands(), "storage blob list") != 1 {
		t.Errorf("%v", err)
	}
	for _, p := range networkProviders {
		if w.cloud().Provider[p] != "Registered" {
			t.Errorf("provider %s is not registered", p)
		}
	}
}

// A product that lets strangers in is an error at once.
func TestAnOpenDoorIsAnError(t *testing.T) {
	for what, is := range map[string]func(*http.Request) bool{
		"without a token":         func(r *http.Request) bool { return len(r.Header) == 0 },
		"with a forged principal": func(r *http.Request) bool { return r.Header.Get("X-MS-CLIENT-PRINCIPAL") != "" },
		"with a forged token":     func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer forged" },
	} {
		w := newWorld(t)
		w.front = func(r *http.Request) (int, string) {
			if r.URL.Path == "/api/me" && is(r) {
				return http.StatusOK, "{}"
			}
			return 0, ""
		}
		o, out := w.options(t, "aaa")
		err := Deploy(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), what) || strings.Contains(out.String(), "Ready:") {
			t.Errorf("%s: %v", what, err)
		}
		if n := count(w.asked, "/api/me"); n > 3 {
			t.Errorf("%s: asked %d times", what, n)
		}
	}
}

// A deployment that cannot succeed is refused before anything is made.
func TestRefusedBeforeAnythingIsMade(t *testing.T) {
	for name, c := range map[string]struct {
		cloud   func(*cloud)
		options func(*Options)
		said    string
	}{
		"another tenant":                    {cloud: func(c *cloud) { c.Tenant = object }, said: "az login --tenant"},
		"a region without Flex Consumption": {options: func(o *Options) { o.Location = "northpole" }, said: "has no Flex Consumption"},
		"no right to give roles": {cloud: func(c *cloud) { c.Roles = []string{"Contributor"} },
			said: "Contributor and User Access Administrator"},
		"no right to make locks": {cloud: func(c *cloud) { c.Roles = []string{"Contributor", "Role Based Access Control Administrator"} },
			said: "Contributor and User Access Administrator"},
		"a person says no": {options: func(o *Options) { o.Confirm = func(string) (bool, error) { return false, nil } },
			said: ErrRefused.Error()},
		"the placeholder": {options: func(o *Options) { o.Administrator = "administrator@office.invalid" },
			said: "placeholder"},
		"a name instead of an id": {options: func(o *Options) { o.Tenant = "kantoor.nl" }, said: "-tenant must be the id"},
	} {
		w := newWorld(t)
		if c.cloud != nil {
			w.change(c.cloud)
		}
		o, _ := w.options(t, "aaa")
		if c.options != nil {
			c.options(&o)
		}
		err := Deploy(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), c.said) {
			t.Errorf("%s: %v", name, err)
		}
		if w.cloud().Deployed != nil || slices.Contains(w.commands(), "deployment group create") {
			t.Errorf("%s: deployed", name)
		}
	}
	err := Deploy(t.Context(), Options{})
	for _, flag := range []string{"-group", "-location", "-tenant", "-environment"} {
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%s is not said: %v", flag, err)
		}
	}
}

// Two roles are as good as Owner. Only one of them may make locks, which dev has not.
func TestTwoRolesAreAsGoodAsOwner(t *testing.T) {
	for environment, role := range map[string]string{"prod": "User Access Administrator", "dev": "Role Based Access Control Administrator"} {
		w := newWorld(t)
		w.change(func(c *cloud) { c.Roles = []string{"Contributor", role} })
		o, _ := w.options(t, "aaa")
		o.Environment = environment
		if err := Deploy(t.Context(), o); err != nil {
			t.Error(environment, err)
		}
	}
}

// A dry run prints all commands and runs none.
func TestDryRun(t *testing.T) {
	w := newWorld(t)
	must.Do(t, w.deploy(t, "aaa"))
	commands := w.commands()
	w = newWorld(t)
	o, out := w.options(t, "aaa")
	o.CLI.DryRun = true
	must.Do(t, Deploy(t.Context(), o))
	if n := len(w.cloud().Calls); n != 0 || len(w.asked) != 0 {
		t.Errorf("%d commands ran, and %q were asked", n, w.asked)
	}
	for _, command := range commands {
		if !strings.Contains(out.String(), "  az "+command) {
			t.Errorf("%s is not printed", command)
		}
	}
}

// A registration of somebody else is used, and the commands for its owner are
// printed.
func TestRegistrationOfSomebodyElse(t *testing.T) {
	w := newWorld(t)
	o, out := w.options(t, "aaa")
	o.ClientID = "33333333-0000-4000-8000-000000000003"
	must.Do(t, Deploy(t.Context(), o))
	c := w.cloud()
	if len(c.Apps) != 0 || c.Trusted != "" || c.Deployed[4] != o.ClientID {
		t.Errorf("%+v", c)
	}
	for _, said := range []string{`"redirectUris":["https://kp.example/.auth/login/aad/callback"]`, `"subject":"sign-in"`,
		`"issuer":"https://login.microsoftonline.com/` + tenant + `/v2.0"`} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("%s is not printed", said)
		}
	}
}

// A deployment that changes nothing asks for no confirmation.
func TestNothingToAsk(t *testing.T) {
	w := newWorld(t)
	w.change(func(c *cloud) { c.Settled = true })
	o, _ := w.options(t, "aaa")
	o.Confirm = func(string) (bool, error) { t.Error("asked"); return false, nil }
	if err := Deploy(t.Context(), o); err != nil {
		t.Error(err)
	}
}

func TestADeletedVaultIsBroughtBack(t *testing.T) {
	w := newWorld(t)
	w.change(func(c *cloud) { c.Deleted = []string{"kv-kp-old"} })
	if err := w.deploy(t, "aaa"); err != nil || len(w.cloud().Deleted) != 0 {
		t.Errorf("%v, still deleted: %q", err, w.cloud().Deleted)
	}
}

func TestRollback(t *testing.T) {
	w := newWorld(t)
	for _, version := range []string{"aaa", "bbb", "ccc"} {
		must.Do(t, w.deploy(t, version))
		w.change(func(c *cloud) { // a deployment takes longer than a second
			for name, text := range c.Blobs {
				if text == version {
					delete(c.Blobs, name)
					c.Blobs[fmt.Sprintf("20260101T0000%02dZ_%s.zip", len(c.Blobs), version)] = text
				}
			}
		})
	}
	for _, step := range []struct{ version, want string }{{"", "bbb"}, {"", "aaa"}, {"ccc", "ccc"}} {
		o, _ := w.options(t, "")
		if err := Rollback(t.Context(), o, step.version); err != nil || w.cloud().Running != step.want {
			t.Errorf("to %q: %s runs, want %s: %v", step.version, w.cloud().Running, step.want, err)
		}
	}
	o, _ := w.options(t, "")
	if err := Rollback(t.Context(), o, "zzz"); err == nil || w.cloud().Running != "ccc" {
		t.Errorf("to what is not kept: %v", err)
	}
}

func TestGrant(t *testing.T) {
	w := newWorld(t)
	must.Do(t, w.deploy(t, "aaa"))
	const program = "44444444-0000-4000-8000-000000000004"
	for range 2 {
		o, _ := w.options(t, "")
		must.Do(t, Grant(t.Context(), o, program, "Mails.Read"))
	}
	if got := w.cloud().Assigned; len(got) != 1 || !strings.Contains(got[0], `"principalId":"sp-`+program) ||
		!strings.Contains(got[0], `"resourceId":"sp-`+client) {
		t.Errorf("assigned: %q", got)
	}
	o, _ := w.options(t, "")
	if err := Grant(t.Context(), o, program, "Mails.Write"); err == nil || !strings.Contains(err.Error(), "Mails.Read") {
		t.Errorf("a role that there is not: %v", err)
	}
}

func TestRemove(t *testing.T) {
	w := newWorld(t)
	w.change(func(c *cloud) {
		c.Group, c.Left = true, []string{"/role/1", "/role/2"}
		c.Resources = `[{"id":"/a","type":"Microsoft.Web/sites","tags":{"application":"kantoorpost"}},{"id":"/b",` +
			`"type":"Microsoft.Network/networkInterfaces","tags":null}]`
	})
	o, out := w.options(t, "")
	o.Confirm = func(string) (bool, error) { return false, nil }
	if err := Remove(t.Context(), o); !errors.Is(err, ErrRefused) || !w.cloud().Group {
		t.Errorf("a person says no: %v", err)
	}
	if !strings.Contains(out.String(), "90 days") {
		t.Error("what stays is not said")
	}
	o, _ = w.options(t, "")
	if err := Remove(t.Context(), o); err != nil || w.cloud().Group || len(w.cloud().Left) > 0 {
		t.Errorf("%v, %q", err, w.commands())
	}
	if c := w.commands(); slices.Index(c, "lock delete") < 0 || slices.Index(c, "lock delete") > slices.Index(c, "role assignment delete") {
		t.Errorf("what is locked keeps its roles: %q", c)
	}
	calls := len(w.commands())
	if err := Remove(t.Context(), o); err != nil || len(w.commands()) != calls+1 {
		t.Errorf("a second time: %v", err)
	}
	w.change(func(c *cloud) {
		c.Group, c.Resources = true, `[{"id":"/vm","type":"Microsoft.Compute/virtualMachines","tags":null}]`
	})
	if err := Remove(t.Context(), o); err == nil || !strings.Contains(err.Error(), "/vm") || !w.cloud().Group {
		t.Errorf("something else stands there: %v", err)
	}
}

// azd deploys the templates itself; its hooks do the rest before and after.
func TestAroundAzd(t *testing.T) {
	w := newWorld(t)
	o, _ := w.options(t, "aaa")
	o.Part = BeforeProvision
	must.Do(t, Deploy(t.Context(), o))
	if c := w.cloud(); !slices.Contains(c.Kept, "KANTOORPOST_CLIENT_ID="+client) ||
		!slices.Contains(c.Kept, "KANTOORPOST_ADMINISTRATOR=beheer@kantoor.nl") || c.Deployed != nil {
		t.Errorf("azd keeps %q", c.Kept)
	}
	o.Part = AfterProvision
	if err := Deploy(t.Context(), o); err == nil || !strings.Contains(err.Error(), "APP_NAME") {
		t.Errorf("without what azd made: %v", err)
	}
	for name, value := range map[string]string{"APP_NAME": "func-kp", "APP_HOST": "kp.example", "SIGN_IN_PRINCIPAL_ID": "sign-in",
		"STORAGE_ACCOUNT": "stkp"} {
		t.Setenv(name, value)
	}
	must.Do(t, Deploy(t.Context(), o))
	if c := w.cloud(); c.Running != "aaa" || c.Trusted != "sign-in" || c.Deployed != nil {
		t.Errorf("%+v", c)
	}
}

// A removal that was interrupted anywhere is finished by the next one.
func TestRemovalBrokenOffAnywhere(t *testing.T) {
	for n := 1; ; n++ {
		w := newWorld(t)
		w.change(func(c *cloud) { c.Group, c.Left, c.FailAt = true, []string{"/role/1"}, n })
		o, _ := w.options(t, "")
		err := Remove(t.Context(), o)
		if err == nil {
			if n < 7 {
				t.Errorf("only %d commands can fail", n-1)
			}
			return
		}
		if err := Remove(t.Context(), o); err != nil || w.cloud().Group {
			t.Errorf("after command %d failed: %v", n, err)
		}
	}
}
