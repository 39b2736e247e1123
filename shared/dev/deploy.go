package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kantoorpost/shared/dev/deploy"
	"kantoorpost/shared/dev/module"
	"kantoorpost/shared/dev/pack"
)

// azure reads the flags of all commands about Azure, and those that more adds.
func azure(name string, args []string, stdout, stderr io.Writer, more func(*flag.FlagSet, *deploy.Options)) (deploy.Options, error) {
	f := newFlags(name, stderr)
	o := deploy.Options{Out: stdout}
	f.StringVar(&o.Group, "group", "", "resource group")
	f.BoolVar(&o.CLI.DryRun, "dry-run", false, "print what would be run, and run nothing")
	yes := f.Bool("yes", false, "ask nothing")
	more(f, &o)
	if err := parse(f, args); err != nil {
		return o, err
	}
	if o.Group == "" {
		return o, refuse(f, "-group must name a resource group")
	}
	root, err := module.Root()
	if err != nil {
		return o, err
	}
	o.Root = root
	o.CLI.Program, o.CLI.Azd, o.CLI.Say = "az", "azd", stdout
	o.HTTP = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	o.Confirm = func(question string) (bool, error) {
		if *yes {
			return true, nil
		}
		fmt.Fprintf(stdout, "%s [y/N] ", question)
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return false, err
		}
		return strings.EqualFold(strings.TrimSpace(line), "y"), nil
	}
	o.Pause = func(ctx context.Context, d time.Duration) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
			return nil
		}
	}
	o.Pack = func(ctx context.Context) (file, version string, err error) {
		dist := filepath.Join(root, "dist")
		file = filepath.Join(root, "kantoorpost.zip")
		if err = pack.Stage(ctx, root, dist, pack.Deployed(stderr)); err == nil {
			err = pack.Zip(dist, file)
		}
		if err == nil {
			version, err = pack.Version(dist)
		}
		return file, version, err
	}
	return o, nil
}

func deployUp(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := azure("deploy", args, stdout, stderr, func(f *flag.FlagSet, o *deploy.Options) {
		f.StringVar(&o.Environment, "environment", "prod", "dev, prod or private: which of infra/*.bicepparam")
		f.StringVar(&o.Location, "location", "", "region, such as westeurope")
		f.StringVar(&o.Tenant, "tenant", "", "id of the Entra tenant of the office and of the subscription")
		f.StringVar(&o.Administrator, "administrator", "", "sign-in name of the first administrator (usual: who deploys)")
		f.StringVar(&o.ClientID, "client-id", "", "client id of an app registration that somebody else made")
		f.StringVar((*string)(&o.Part), "part", "", "before or after: what the hooks of infra/azure.yaml do around azd's own part")
	})
	if err != nil {
		return err
	}
	return deploy.Deploy(ctx, o)
}

func rollback(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var version string
	o, err := azure("rollback", args, stdout, stderr, func(f *flag.FlagSet, _ *deploy.Options) {
		f.StringVar(&version, "version", "", "version that shall run (usual: the one before)")
	})
	if err != nil {
		return err
	}
	return deploy.Rollback(ctx, o, version)
}

func remove(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := azure("remove", args, stdout, stderr, func(*flag.FlagSet, *deploy.Options) {})
	if err != nil {
		return err
	}
	return deploy.Remove(ctx, o)
}

func grant(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var program, role string
	o, err := azure("grant", args, stdout, stderr, func(f *flag.FlagSet, o *deploy.Options) {
		f.StringVar(&program, "program", "", "client id of the program")
		f.StringVar(&role, "role", "", "app role, such as Mails.Read")
		f.StringVar(&o.Tenant, "tenant", "", "id of the Entra tenant")
		f.StringVar(&o.ClientID, "client-id", "", "client id of the product, if somebody else made its app registration")
	})
	if err != nil {
		return err
	}
	return deploy.Grant(ctx, o, program, role)
}
