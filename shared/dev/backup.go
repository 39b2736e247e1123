package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"kantoorpost/infra"
	"kantoorpost/shared/dev/backup"
	"kantoorpost/shared/dev/deploy"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
)

var accountName = regexp.MustCompile(`^[a-z0-9]{3,24}$`)

// account reads the flags of export and import, and opens the tables with the
// identity of the person who is signed in to the Azure CLI.
func account(name string, args []string, stderr io.Writer, more func(*flag.FlagSet)) (*table.Service, []string, string, error) {
	f := newFlags(name, stderr)
	account := f.String("account", "", "name of the storage account")
	suffix := f.String("suffix", "core.windows.net", "domain of the cloud's storage")
	file := f.String("file", "", "file with all rows; it holds mail, so keep it as safe as the mailboxes")
	more(f)
	if err := parse(f, args); err != nil {
		return nil, nil, "", err
	}
	if !accountName.MatchString(*account) || *file == "" {
		return nil, nil, "", refuse(f, "-account must be the name of a storage account, and -file a file")
	}
	if _, err := exec.LookPath("az"); err != nil {
		return nil, nil, "", fmt.Errorf("%s: %w", name, deploy.ErrNoCLI)
	}
	made, err := infra.ReadStorage()
	if err != nil {
		return nil, nil, "", err
	}
	credential, err := azidentity.NewAzureCLICredential(nil)
	if err != nil {
		return nil, nil, "", err
	}
	service, err := table.Open(storage.Account{URL: "https://" + *account + ".table." + *suffix, Credential: credential})
	return service, made.Tables, *file, err
}

func exportTables(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	service, tables, name, err := account("export", args, stderr, func(*flag.FlagSet) {})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	rows, err := backup.Export(ctx, service, tables, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	fmt.Fprintf(stdout, "%s: %d rows\n", name, rows)
	return nil
}

func importTables(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var overwrite *bool
	service, tables, name, err := account("import", args, stderr, func(f *flag.FlagSet) {
		overwrite = f.Bool("overwrite", false, "replace rows that are there; for an import that was broken off")
	})
	if err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer f.Close()
	rows, err := backup.Import(ctx, service, tables, f, *overwrite)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d rows\n", name, rows)
	return nil
}
