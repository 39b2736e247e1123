package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Options say what is deployed, and where.
type Options struct {
	Root          string // root folder of the checkout
	Environment   string // dev, prod or private: which file of infra/*.bicepparam is used
	Group         string // the resource group
	Location      string // such as westeurope
	Tenant        string // id of the Entra tenant of the subscription
	Administrator string // sign-in name of the first administrator; "" for the deployer
	ClientID      string // of an app registration that somebody else made; "" makes one
	Part          Part   // "" for the whole deployment

	CLI  CLI
	HTTP *http.Client // for requests to the product itself
	Out  io.Writer    // progress, for people
	// Confirm asks a person a question with yes or no.
	Confirm func(question string) (bool, error)
	// Pack writes the package, and returns its file and its version.
	Pack func(ctx context.Context) (file, version string, err error)
	// Pause waits between two attempts.
	Pause func(context.Context, time.Duration) error
}

// A Part of a deployment is a hook of azd.
type Part string

const (
	BeforeProvision Part = "before" // the app registration; its client id is stored in the environment of azd
	AfterProvision  Part = "after"  // everything after the templates
)

// ErrRefused is returned when a person does not confirm.
var ErrRefused = errors.New("not confirmed: nothing was changed after that")

// A deployment is one run, with what it has found out.
type deployment struct {
	Options
	subscription string
	deployerType string
	deployer     string // object id
	budgetStart  string // first day of the first month of the budget
	application  string // object id of the app registration; "" when somebody else made it
	outputs      outputs
}

// outputs are the outputs of infra/main.bicep.
type outputs struct{ App, Host, SignInPrincipal, Storage, Vault string }

var (
	guid      = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	groupName = regexp.MustCompile(`^[\w().-]{0,89}[\w()-]$`)
)

// valid returns everything that is wrong with the options.
func (o *Options) valid() error {
	var errs []error
	say := func(wrong bool, text string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(text, args...))
		}
	}
	say(!groupName.MatchString(o.Group), "-group must be the name of a resource group, is %q", o.Group)
	say(o.Part != "" && o.Part != BeforeProvision && o.Part != AfterProvision, "-part must be before or after, is %q", o.Part)
	_, err := os.Stat(o.parameterFile())
	say(err != nil, "-environment must be one of infra/*.bicepparam, such as prod: %w", err)
	say(o.Location == "", "-location must be a region such as westeurope")
	say(!guid.MatchString(o.Tenant), "-tenant must be the id of the Entra tenant, is %q", o.Tenant)
	say(o.ClientID != "" && !guid.MatchString(o.ClientID), "-client-id must be the client id of an app registration, is %q", o.ClientID)
	say(o.Administrator != "" && !strings.Contains(o.Administrator, "@"),
		"-administrator must be a sign-in name such as beheer@kantoor.nl, is %q", o.Administrator)
	say(strings.HasSuffix(o.Administrator, ".invalid"), "-administrator is the placeholder of the parameter files: %s", o.Administrator)
	return errors.Join(errs...)
}

// Deploy does the whole deployment. It leaves or updates what exists already, so
// that it can be repeated, and continues where it was interrupted.
func Deploy(ctx context.Context, o Options) error {
	if err := o.valid(); err != nil {
		return err
	}
	d := &deployment{Options: o}
	steps := []step{
		{"who deploys, and what is allowed", d.check},
		{"resource group", d.group},
		{"app registration", d.register},
		{"infrastructure: what would change", d.whatIf},
		{"infrastructure", d.provision},
		{"sign-in: redirect address and federated credential", d.trust},
		{"package", d.push},
		{"does it work", d.smoke},
	}
	switch o.Part {
	case BeforeProvision:
		steps = append(steps[:3], step{"values for azd", d.keepForAzd})
	case AfterProvision:
		steps = append([]step{{"what azd made", d.fromAzd}}, steps[5:]...)
	}
	if err := d.run(ctx, steps); err != nil || o.Part == BeforeProvision {
		return err
	}
	if d.CLI.DryRun {
		fmt.Fprintln(d.Out, "\nNothing was run.")
		return nil
	}
	fmt.Fprintf(d.Out, "\nReady: https://%s/web\n", d.outputs.Host)
	return nil
}

// A step is a part of a deployment, with its name.
type step struct {
	title string
	do    func(context.Context) error
}

func (d *deployment) run(ctx context.Context, steps []step) error {
	for _, step := range steps {
		fmt.Fprintf(d.Out, "\n%s\n", step.title)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	return nil
}

// keepForAzd stores what the parameter files read in the environment of azd.
func (d *deployment) keepForAzd(ctx context.Context) error {
	for _, v := range d.environ() {
		name, value, _ := strings.Cut(v, "=")
		if err := d.CLI.keep(ctx, name, value); err != nil {
			return err
		}
	}
	return nil
}

// fromAzd reads the outputs of the templates from the environment of azd.
func (d *deployment) fromAzd(ctx context.Context) error {
	if err := d.whoDeploys(ctx); err != nil {
		return err
	}
	if d.ClientID == "" {
		if err := d.findRegistration(ctx); err != nil {
			return err
		}
	}
	d.outputs = outputs{
		App: os.Getenv("APP_NAME"), Host: os.Getenv("APP_HOST"), SignInPrincipal: os.Getenv("SIGN_IN_PRINCIPAL_ID"),
		Storage: os.Getenv("STORAGE_ACCOUNT"), Vault: os.Getenv("VAULT_NAME"),
	}
	if d.outputs.App == "" || d.outputs.Host == "" || d.outputs.SignInPrincipal == "" || d.outputs.Storage == "" {
		return errors.New("APP_NAME, APP_HOST, SIGN_IN_PRINCIPAL_ID or STORAGE_ACCOUNT is not set: this part runs in the hook postprovision " +
			"of infra/azure.yaml")
	}
	return nil
}

func (o *Options) parameterFile() string {
	return filepath.Join(o.Root, "infra", o.Environment+".bicepparam")
}

// group makes a missing resource group, and recovers a vault that was deleted with
// it: the vault's name stays taken for 90 days.
func (d *deployment) group(ctx context.Context) error {
	exists, err := d.CLI.run(ctx, "group", "exists", "--name", d.Group)
	if err != nil {
		return err
	}
	if exists != "true" {
		if _, err := d.CLI.run(ctx, "group", "create", "--name", d.Group, "--location", d.Location, "--output", "none"); err != nil {
			return err
		}
	}
	if err := d.checkRights(ctx); err != nil {
		return err
	}
	if d.budgetStart, err = d.firstMonth(ctx); err != nil {
		return err
	}
	var deleted []string
	query := fmt.Sprintf("[?contains(properties.vaultId, '/resourceGroups/%s/') && starts_with(name, 'kv-kp-')].name", d.Group)
	if err := d.CLI.ask(ctx, &deleted, "keyvault", "list-deleted", "--resource-type", "vault", "--query", query); err != nil {
		return err
	}
	for _, name := range deleted {
		fmt.Fprintf(d.Out, "  the vault %s was deleted and is brought back, with its secrets\n", name)
		if _, err := d.CLI.run(ctx, "keyvault", "recover", "--name", name, "--output", "none"); err != nil {
			return err
		}
	}
	return nil
}

// firstMonth returns the first day of the budget: that of the budget that is there, since
// Azure does not let it change, or of this month.
func (d *deployment) firstMonth(ctx context.Context) (string, error) {
	start, err := d.CLI.run(ctx, "consumption", "budget", "list", "--resource-group", d.Group, "--query", "[0].timePeriod.startDate",
		"--output", "tsv")
	if err != nil || len(start) < len(time.DateOnly) {
		return time.Now().UTC().Format("2006-01") + "-01", err
	}
	return start[:len(time.DateOnly)], nil
}

// environ returns what the parameter files read.
func (d *deployment) environ() []string {
	return []string{
		"AZURE_LOCATION=" + d.Location, "AZURE_TENANT_ID=" + d.Tenant, "AZURE_PRINCIPAL_ID=" + d.deployer,
		"KANTOORPOST_DEPLOYER_TYPE=" + d.deployerType, "KANTOORPOST_CLIENT_ID=" + d.ClientID, "KANTOORPOST_ADMINISTRATOR=" + d.Administrator,
		"KANTOORPOST_BUDGET_START=" + d.budgetStart,
	}
}

func (d *deployment) whatIf(ctx context.Context) error {
	d.CLI.Env = d.environ()
	for _, v := range d.CLI.Env {
		fmt.Fprintln(d.CLI.Say, "  export "+v)
	}
	text, err := d.CLI.run(ctx, "deployment", "group", "what-if", "--resource-group", d.Group, "--parameters", d.parameterFile(),
		"--no-pretty-print", "--query", "changes[?changeType!='NoChange' && changeType!='Ignore'].[changeType, resourceId]", "--output", "tsv")
	if err != nil {
		return err
	}
	if d.CLI.DryRun {
		return nil
	}
	if text == "" {
		fmt.Fprintln(d.Out, "  nothing")
		return nil
	}
	fmt.Fprintf(d.Out, "%s\n", text)
	ok, err := d.Confirm("Make these changes?")
	if err == nil && !ok {
		err = ErrRefused
	}
	return err
}

// deploymentName is always the same, so that a second deployment replaces the first
// one, and rollback and grant find its outputs.
const deploymentName = "kantoorpost"

func (d *deployment) provision(ctx context.Context) error {
	_, err := d.CLI.run(ctx, "deployment", "group", "create", "--name", deploymentName, "--resource-group", d.Group, "--parameters",
		d.parameterFile(), "--output", "none")
	if err != nil {
		return err
	}
	return d.readOutputs(ctx)
}

// readOutputs reads the outputs of the last deployment.
func (d *deployment) readOutputs(ctx context.Context) error {
	var all map[string]struct{ Value string }
	if err := d.CLI.ask(ctx, &all, "deployment", "group", "show", "--name", deploymentName, "--resource-group", d.Group, "--query",
		"properties.outputs"); err != nil {
		return err
	}
	value := func(name string) string {
		for key, o := range all {
			if strings.EqualFold(key, name) { // Azure changes the case of their first letters
				return o.Value
			}
		}
		if d.CLI.DryRun {
			return "<" + name + ">"
		}
		return ""
	}
	d.outputs = outputs{
		App: value("APP_NAME"), Host: value("APP_HOST"), SignInPrincipal: value("SIGN_IN_PRINCIPAL_ID"),
		Storage: value("STORAGE_ACCOUNT"), Vault: value("VAULT_NAME"),
	}
	for name, v := range map[string]string{"APP_NAME": d.outputs.App, "APP_HOST": d.outputs.Host,
		"SIGN_IN_PRINCIPAL_ID": d.outputs.SignInPrincipal, "STORAGE_ACCOUNT": d.outputs.Storage} {
		if v == "" {
			return fmt.Errorf("deployment %s of group %s has no output %s", deploymentName, d.Group, name)
		}
	}
	return nil
}
