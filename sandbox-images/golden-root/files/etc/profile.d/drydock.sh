# A learner's shell on the lab's Docker host.
export DOCKER_BUILDKIT=1 BUILDKIT_PROGRESS=auto EDITOR=nano LANG=C.UTF-8
if [ -n "${BASH_VERSION:-}" ]; then
  PS1='\[\e[36m\]\u@\h\[\e[0m\] \[\e[1m\]\W\[\e[0m\] \$ '
  HISTCONTROL=ignoreboth
  [ -r /usr/share/bash-completion/bash_completion ] && . /usr/share/bash-completion/bash_completion
fi
alias ls='ls --color=auto' ll='ls -l --color=auto'
