import { Command, CommanderError, Option } from 'commander'
import { colours } from '../../bin/display.mjs'
import { localLanguage } from '../../bin/messages.mjs'
import { asDrydockError, DrydockError } from '../errors.ts'
import { LANGUAGES, type Language } from '../protocol/language.ts'
import { HELP, serveHelp } from './help.ts'
import { plain } from './report-text.ts'

/** The `drydock` command. Exit codes: 0 done, 1 a grading with failed goals, 2 bad input, 3 the lab's fault, 130 stopped. */
export async function drydock(argv: string[]): Promise<number> {
  const language = languageOf(argv)
  let exit = 0
  const program = new Command('drydock')
    .description(HELP.drydock[language])
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  program
    .command('serve')
    .description(HELP.serve[language])
    .argument('[options...]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (options: string[]) => {
      if (options.includes('--help') || options.includes('-h')) process.stdout.write(serveHelp(language))
      else exit = await (await import('./serve.ts')).serve(options, language)
    })
  program
    .command('grade')
    .description(HELP.grade[language])
    .argument('<lesson>', HELP.lesson[language])
    .argument('[dir]', HELP.dir[language], '.')
    .addOption(
      new Option('--format <format>', HELP.format[language]).choices(['text', 'json']).default('text'),
    )
    .option('--output <file>', HELP.output[language])
    .addOption(new Option('--lang <language>', HELP.lang[language]).choices([...LANGUAGES]).default(language))
    .option('--data <dir>', HELP.data[language])
    .action(
      async (
        lesson: string,
        dir: string,
        options: { format: 'text' | 'json'; output?: string; lang: Language; data?: string },
      ) => {
        exit = await (await import('./grade.ts')).gradeCommand({ lesson, dir, ...options })
      },
    )
  program.exitOverride()
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} })
  try {
    if (argv.length === 0) {
      program.outputHelp()
      return 2
    }
    await program.parseAsync(argv, { from: 'user' })
    return exit
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0
      const verb = program.commands.find((command) => command.name() === argv[0])?.name() ?? ''
      return report(
        new DrydockError('DD_COMMAND_LINE', { detail: error.message.replace(/^error: /, ''), verb }),
        language,
      )
    }
    return report(error, language)
  }
}

/** A person reads the code, what happened and what to do. DRYDOCK_DEBUG adds where it came from. */
function report(error: unknown, language: Language): number {
  const coded = asDrydockError(error)
  const paint = colours(process.stderr)
  const [first, ...rest] = coded.explain(language).split('\n').map(plain)
  process.stderr.write(`\n${paint.red(coded.code)} ${[first, ...rest].join('\n')}\n`)
  if (process.env.DRYDOCK_DEBUG)
    process.stderr.write(`${(coded.cause as Error | undefined)?.stack ?? coded.stack}\n`)
  return coded.entry.exit
}

/** `--lang` where it is given, else the locale's. */
function languageOf(argv: string[]): Language {
  const at = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='))
  const given = at < 0 ? undefined : (argv[at]!.split('=')[1] ?? argv[at + 1])
  return LANGUAGES.find((language) => language === given) ?? (localLanguage() as Language)
}

if (import.meta.main) {
  // A terminal or a pipe that went away must not keep this from stopping what it started.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  process.exitCode = await drydock(process.argv.slice(2))
  // The channel to the process that started this one would keep it alive.
  process.channel?.unref()
}
