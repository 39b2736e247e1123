package deploy

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A cloud is what the fake az works on: the parts of a subscription and of a
// directory that a deployment uses. It is stored in a file, since each command is a
// process of its own.
type cloud struct {
	Calls    [][]string        // all commands so far
	FailAt   int               // the call that fails next, counted from 1; 0 for none
	Tenant   string            // of the subscription
	Roles    []string          // of the deployer
	Provider map[string]string // states
	Group    bool
	Deleted  []string            // vaults
	Apps     map[string]struct { // by unique name
		Changed int
	}
	Trusted   string   // subject of the federated credential
	Deployed  []string // what the parameter files read in the last deployment
	Blobs     map[string]string
	Refusals  int    // how often the container refuses a request before the role takes effect
	Running   string // version
	Resources string // the resources in the group
	Assigned  []string
	Kept      []string // values that azd stores
	Cores     int      // used cores
	Settled   bool     // what-if finds no change
	Private   bool     // the storage is reached only from another network
	Budget    string   // when the budget begins, as Azure says it; "" when there is none
	Left      []string // role assignments of the app's identity
}

const (
	tenant = "11111111-2222-3333-4444-555555555555"
	object = "99999999-0000-4000-8000-000000000001"
	client = "99999999-0000-4000-8000-000000000002"
)

func TestMain(m *testing.M) {
	if name := filepath.Base(os.Args[0]); name == "az" || name == "azd" {
		file := filepath.Join(filepath.Dir(os.Args[0]), "cloud.json")
		c := load(file)
		out, err := c.do(os.Args[1:])
		c.save(file)
		fmt.Print(out)
		if err != nil {
			fmt.Fprintln(os.Stderr, "ERROR:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// The race detector waits a second at the end of each process; the tests run
	// thousands of these stand-ins.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func load(file string) *cloud {
	c := &cloud{}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, c)
	}
	if err != nil {
		panic(err)
	}
	return c
}

func (c *cloud) save(file string) {
	text, err := json.Marshal(c)
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		panic(err)
	}
}

// flagOf returns the value after the flag with a name.
func flagOf(args []string, name string) string {
	if i := slices.Index(args, name); i >= 0 && i+1 < len(args) {
		return args[i+1]
	}
	return ""
}

func (c *cloud) do(args []string) (string, error) {
	c.Calls = append(c.Calls, args)
	if c.FailAt == len(c.Calls) {
		c.FailAt = 0
		return "", fmt.Errorf("the network is unreachable")
	}
	var verbs []string
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			break
		}
		verbs = append(verbs, a)
	}
	switch command := strings.Join(verbs, " "); command {
	case "account show":
		return fmt.Sprintf(`{"id":"sub","tenantId":%q,"user":{"name":"beheer@kantoor.nl","type":"user"}}`, c.Tenant), nil
	case "account get-access-token":
		return "token", nil
	case "ad signed-in-user show":
		return "me", nil
	case "provider show":
		return c.Provider[flagOf(args, "--namespace")], nil
	case "provider register":
		c.Provider[flagOf(args, "--namespace")] = "Registered"
		return "", nil
	case "functionapp list-flexconsumption-locations", "storage sku list":
		if strings.Contains(flagOf(args, "--query"), "'westeurope'") {
			return "found", nil
		}
		return "", nil
	case "group exists":
		return fmt.Sprint(c.Group), nil
	case "group create":
		c.Group = true
		return "", nil
	case "group delete":
		if len(c.Left) > 0 {
			return "", fmt.Errorf("roles are left")
		}
		c.Group, c.Resources = false, "[]"
		return "", nil
	case "identity list":
		return `["app","sign-in"]`, nil
	case "role assignment delete":
		c.Left = slices.DeleteFunc(c.Left, func(id string) bool { return slices.Contains(args, id) })
		return "", nil
	case "role assignment list":
		if flagOf(args, "--assignee") == "app" {
			return asJSON(c.Left), nil
		}
		if flagOf(args, "--assignee") == "sign-in" {
			return "[]", nil
		}
		return asJSON(c.Roles), nil
	case "consumption budget list":
		return c.Budget, nil
	case "keyvault list-deleted":
		return asJSON(c.Deleted), nil
	case "keyvault recover":
		c.Deleted = slices.DeleteFunc(c.Deleted, func(n string) bool { return n == flagOf(args, "--name") })
		return "", nil
	case "rest":
		if strings.HasPrefix(flagOf(args, "--url"), "https://management.azure.com/subscriptions/sub/providers/Microsoft.Web/locations/") {
			return fmt.Sprintf(`[{"name":"FlexConsumption","used":%d,"limit":250}]`, c.Cores), nil
		}
		return c.graph(flagOf(args, "--method"), flagOf(args, "--url"), flagOf(args, "--body"),
			slices.Contains(args, "Prefer=create-if-missing"))
	case "deployment group what-if":
		if c.Settled {
			return "", nil
		}
		return "Create\t/subscriptions/sub/a", nil
	case "deployment group create":
		c.Deployed = nil
		for _, name := range []string{"AZURE_LOCATION", "AZURE_TENANT_ID", "AZURE_PRINCIPAL_ID", "KANTOORPOST_DEPLOYER_TYPE",
			"KANTOORPOST_CLIENT_ID", "KANTOORPOST_ADMINISTRATOR", "KANTOORPOST_BUDGET_START"} {
			c.Deployed = append(c.Deployed, os.Getenv(name))
		}
		c.Budget = os.Getenv("KANTOORPOST_BUDGET_START") + "T00:00:00Z"
		return "", nil
	case "deployment group show":
		if c.Deployed == nil {
			return "", fmt.Errorf("DeploymentNotFound")
		}
		return `{"apP_NAME":{"type":"String","value":"func-kp"},"apP_HOST":{"type":"String","value":"kp.example"},` +
			`"sigN_IN_PRINCIPAL_ID":{"type":"String","value":"sign-in"},"storagE_ACCOUNT":{"type":"String","value":"stkp"},` +
			`"vaulT_NAME":{"type":"String","value":"kv-kp"}}`, nil
	case "functionapp deployment source config-zip":
		text, err := os.ReadFile(flagOf(args, "--src"))
		c.Running = string(text)
		return "", err
	case "resource list":
		return c.Resources, nil
	case "lock list":
		return `["/lock/1","/lock/2"]`, nil
	case "lock delete":
		return "", nil
	}
	if len(verbs) == 4 && verbs[0] == "env" && verbs[1] == "set" {
		c.Kept = append(c.Kept, verbs[2]+"="+verbs[3])
		return "", nil
	}
	if len(verbs) == 3 && verbs[0] == "storage" && verbs[1] == "blob" {
		return c.blob(verbs[2], args)
	}
	return "", fmt.Errorf("this stand-in does not know %q", verbs)
}

func (c *cloud) blob(verb string, args []string) (string, error) {
	if c.Private {
		return "", fmt.Errorf("The request may be blocked by network rules of storage account")
	}
	if c.Refusals > 0 {
		c.Refusals--
		return "", fmt.Errorf("You do not have the required permissions needed to perform this operation")
	}
	switch name := flagOf(args, "--name"); verb {
	case "list":
		return strings.Join(slices.Sorted(maps.Keys(c.Blobs)), "\n"), nil
	case "upload":
		text, err := os.ReadFile(flagOf(args, "--file"))
		c.Blobs[name] = string(text)
		return "", err
	case "download":
		return "", os.WriteFile(flagOf(args, "--file"), []byte(c.Blobs[name]), 0o600)
	}
	return "", fmt.Errorf("no blob %s", verb)
}

func (c *cloud) graph(method, url, body string, upsert bool) (string, error) {
	path := strings.TrimPrefix(url, "https://graph.microsoft.com/v1.0/")
	name, isApp := strings.CutPrefix(path, "applications(uniqueName='")
	name, query, _ := strings.Cut(name, "')")
	switch {
	case isApp && method == "PATCH":
		if _, there := c.Apps[name]; !there && !upsert {
			return "", fmt.Errorf("Request_ResourceNotFound")
		}
		text, err := os.ReadFile(strings.TrimPrefix(body, "@"))
		if err != nil || !json.Valid(text) {
			return "", fmt.Errorf("body %s: %v", body, err)
		}
		app := c.Apps[name]
		app.Changed++
		c.Apps[name] = app
		return "", nil
	case isApp && query == "?$select=id,appId":
		if _, there := c.Apps[name]; !there {
			return "", fmt.Errorf("Request_ResourceNotFound")
		}
		return fmt.Sprintf(`{"id":%q,"appId":%q}`, object, client), nil
	case !json.Valid([]byte(body)) && method != "GET":
		return "", fmt.Errorf("not JSON: %s", body)
	case path == "applications/"+object:
		return "", nil
	case path == "applications/"+object+"/federatedIdentityCredentials(name='sign-in')" && upsert:
		var credential struct{ Subject string }
		err := json.Unmarshal([]byte(body), &credential)
		c.Trusted = credential.Subject
		return "", err
	case strings.HasSuffix(path, "/appRoleAssignments") && method == "GET":
		return `{"value":[` + strings.Join(c.Assigned, ",") + `]}`, nil
	case strings.HasSuffix(path, "/appRoleAssignments"):
		c.Assigned = append(c.Assigned, body)
		return body, nil
	case strings.HasPrefix(path, "servicePrincipals(appId='") && method == "GET":
		return fmt.Sprintf(`{"id":"sp-%s"}`, strings.Split(path, "'")[1]), nil
	case strings.HasPrefix(path, "servicePrincipals(appId='") && upsert:
		return "", nil
	}
	return "", fmt.Errorf("this stand-in does not know %s %s", method, url)
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// A world is a cloud, and the product that runs in it.
type world struct {
	file   string
	front  func(*http.Request) (status int, body string) // answers before the product, unless the status is 0
	unsure int                                           // how often ready answers 503 first
	asked  []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	program, err := os.Executable()
	for _, name := range []string{"az", "azd"} {
		if err == nil {
			err = os.Symlink(program, filepath.Join(dir, name))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	w := &world{file: filepath.Join(dir, "cloud.json")}
	c := &cloud{Tenant: tenant, Roles: []string{"Owner"}, Provider: map[string]string{}, Blobs: map[string]string{}, Resources: "[]"}
	c.Apps = map[string]struct{ Changed int }{}
	c.save(w.file)
	return w
}

func (w *world) cloud() *cloud { return load(w.file) }

func (w *world) change(do func(*cloud)) {
	c := w.cloud()
	do(c)
	c.save(w.file)
}

// commands returns the commands so far, each up to its first flag.
func (w *world) commands() (all []string) {
	for _, args := range w.cloud().Calls {
		if i := slices.IndexFunc(args, func(a string) bool { return strings.HasPrefix(a, "-") }); i >= 0 {
			all = append(all, strings.Join(args[:i], " "))
		}
	}
	return all
}

// RoundTrip answers like the product behind App Service Authentication.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.asked = append(w.asked, r.URL.Path)
	answer := func(status int, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}, Request: r}, nil
	}
	if w.front != nil {
		if status, body := w.front(r); status != 0 {
			return answer(status, body)
		}
	}
	switch {
	case r.URL.Host != "kp.example":
		return nil, fmt.Errorf("no such host %s", r.URL.Host)
	case r.URL.Path == "/api/health/live":
		return answer(http.StatusOK, fmt.Sprintf(`{"status":"ok","version":%q}`, w.cloud().Running))
	case r.Header.Get("Authorization") != "Bearer token":
		return answer(http.StatusUnauthorized, "")
	case r.URL.Path == "/api/health/ready" && w.unsure > 0:
		w.unsure--
		return answer(http.StatusServiceUnavailable, "tables and queues are not there yet")
	case r.URL.Path == "/api/health/ready":
		return answer(http.StatusOK, `{"status":"ok","lastTick":"2999-01-01T00:00:00Z"}`)
	}
	return answer(http.StatusNotFound, "")
}
