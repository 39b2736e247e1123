package azurite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"kantoorpost/shared/dev/child"
)

// Account and Key are the account that every Azurite has, known to all:
// https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key.
const (
	Account = "devstoreaccount1"
	Key     = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

// Options say where an Azurite keeps its data and listens.
type Options struct {
	Dir                string    // where the data is kept; "" keeps it in memory
	Blob, Queue, Table int       // ports; 0 takes a free one
	Output             io.Writer // what Azurite says; nil drops it
}

// An Azurite is a running storage emulator on 127.0.0.1.
type Azurite struct {
	Blob, Queue, Table int // the ports it listens on
	process            *child.Process
}

// patience is how long a start may take; 1 to 3 seconds are usual.
const patience = time.Minute

// Start starts an Azurite and waits until it listens. It dies with this process.
func Start(ctx context.Context, with Installed, o Options) (*Azurite, error) {
	args := []string{with.File, "--disableTelemetry", "--skipApiVersionCheck", "--silent",
		"--blobPort", strconv.Itoa(o.Blob), "--queuePort", strconv.Itoa(o.Queue), "--tablePort", strconv.Itoa(o.Table)}
	if o.Dir == "" {
		args = append(args, "--inMemoryPersistence")
	} else {
		if err := os.MkdirAll(o.Dir, 0o755); err != nil {
			return nil, fmt.Errorf("start Azurite: %w", err)
		}
		args = append(args, "--location", o.Dir)
	}
	cmd := exec.Command(with.Node, args...)
	cmd.Dir = o.Dir
	if o.Output == nil {
		o.Output = io.Discard
	}
	said, pipe := io.Pipe()
	out := io.MultiWriter(o.Output, pipe)
	cmd.Stdout, cmd.Stderr = out, out
	process, err := child.Start(cmd, true)
	if err != nil {
		return nil, fmt.Errorf("start Azurite: %w", err)
	}
	go func() {
		<-process.Done()
		_ = pipe.Close()
	}()
	a := &Azurite{process: process}
	listening := make(chan error, 1)
	go func() {
		listening <- a.readPorts(said)
		_, _ = io.Copy(io.Discard, said)
	}()
	select {
	case err = <-listening:
	case <-process.Done():
		err = fmt.Errorf("it ended at once, with exit code %d", process.ExitCode())
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(patience):
		err = fmt.Errorf("it does not listen after %v", patience)
	}
	if err != nil {
		process.Kill()
		return nil, fmt.Errorf("start Azurite: %w", err)
	}
	return a, nil
}

// listens is what Azurite says of each of its services once it can be used.
var listens = regexp.MustCompile(`Azurite (Blob|Queue|Table) service is successfully listening at http://127\.0\.0\.1:(\d+)`)

func (a *Azurite) readPorts(said io.Reader) error {
	ports := map[string]*int{"Blob": &a.Blob, "Queue": &a.Queue, "Table": &a.Table}
	for lines := bufio.NewScanner(said); lines.Scan(); {
		found := listens.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		port, err := strconv.Atoi(found[2])
		if err != nil {
			return err
		}
		*ports[found[1]] = port
		if a.Blob != 0 && a.Queue != 0 && a.Table != 0 {
			return nil
		}
	}
	return errors.New("it ended before it listened")
}

// ConnectionString gives access to all three services.
func (a *Azurite) ConnectionString() string {
	return "DefaultEndpointsProtocol=http;AccountName=" + Account + ";AccountKey=" + Key +
		";BlobEndpoint=" + endpoint(a.Blob) + ";QueueEndpoint=" + endpoint(a.Queue) + ";TableEndpoint=" + endpoint(a.Table) + ";"
}

// QueueURL is the queue service's address.
func (a *Azurite) QueueURL() string { return endpoint(a.Queue) }

// TableURL is the table service's address.
func (a *Azurite) TableURL() string { return endpoint(a.Table) }

// BlobURL is the blob service's address.
func (a *Azurite) BlobURL() string { return endpoint(a.Blob) }

// Done is closed when Azurite has ended, asked for or not.
func (a *Azurite) Done() <-chan struct{} { return a.process.Done() }

// Stop lets Azurite write what it holds, ends it and waits.
func (a *Azurite) Stop() { a.process.Stop(15 * time.Second) }

func endpoint(port int) string {
	return fmt.Sprintf("http://127.0.0.1:%d/%s", port, Account)
}
