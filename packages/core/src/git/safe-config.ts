import { devNull } from "node:os";

/** Settings under which git runs nothing, asks nothing and keeps its index in one file, whatever else is configured. */
export const safeConfig: readonly string[] = [
  `core.hooksPath=${devNull}`,
  "core.fsmonitor=false",
  "core.commitGraph=false",
  "core.untrackedCache=false",
  // An index in two files could not be copied.
  "core.splitIndex=false",
  `core.attributesFile=${devNull}`,
  "core.quotePath=false",
  // Files are committed as they are, whatever line ends they have.
  "core.safecrlf=false",
  `diff.orderFile=${devNull}`,
  "core.editor=true",
  "core.askPass=true",
  "credential.helper=",
  // A repository of another owner (a mounted volume) is fine: nothing configured in it runs.
  "safe.directory=*",
  "protocol.ext.allow=never",
  "commit.gpgSign=false",
  "tag.gpgSign=false",
  "log.showSignature=false",
  "merge.verifySignatures=false",
  ...["gpg", "gpg.openpgp", "gpg.x509", "gpg.ssh"].map((format) => `${format}.program=false`),
  "gpg.ssh.defaultKeyCommand=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "advice.detachedHead=false",
  "submodule.recurse=false",
  "user.name=AIFactory",
  "user.email=aifactory@localhost",
];
